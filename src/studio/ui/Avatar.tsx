/** Stands in for a missing picture: the name's first letter, on a colour made from the id. */
export function Avatar({ name, id }: { name: string; id: string }) {
  let hue = 0;
  for (const letter of id) hue = (hue * 31 + letter.charCodeAt(0)) % 360;
  const [first = '?'] = Array.from(name.trim());
  return (
    <span class="avatar" style={{ '--hue': String(hue) }} aria-hidden="true">
      <b>{first.toUpperCase()}</b>
    </span>
  );
}
