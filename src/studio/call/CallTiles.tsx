import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { TileBox } from '../stage/stage-layout-store.ts';
import { arrangeTiles, tileStyle } from './arrange-tiles.ts';
import { useCall } from './call-store.ts';
import { InviteLinkField } from './InviteLinkField.tsx';
import { MemberTile } from './MemberTile.tsx';
import { OwnTile } from './OwnTile.tsx';

/** Between tiles, in CSS pixels. */
const GAP = 10;

/** Everyone in the call, as large as the window allows. The person themselves comes last. */
export function CallTiles() {
  const box = useRef<HTMLDivElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return;
    const measure = () => {
      size.value = { width: current.clientWidth, height: current.clientHeight };
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => {
      observer.disconnect();
    };
  }, [size]);

  const members = useCall().members.value;
  const { width, height } = size.value;
  // Somebody who is alone sees the invitation in the other tile.
  const count = Math.max(2, members.length + 1);
  const boxes = arrangeTiles(count, width, height, GAP);
  return (
    <section class="tiles" ref={box} aria-label="People in the call">
      {members.map((member, index) => (
        <MemberTile key={member.id} member={member} box={boxes[index]} />
      ))}
      {members.length === 0 && <Invitation box={boxes[0]} />}
      <OwnTile box={boxes.at(-1)} inCall />
    </section>
  );
}

function Invitation({ box }: { box: TileBox | undefined }) {
  return (
    <section class="person invitation" style={tileStyle(box)}>
      <h2>Nobody else is here yet</h2>
      <p>Send this link to a friend. They join from it, with nothing to install.</p>
      <InviteLinkField />
    </section>
  );
}
