import type { Member } from '../../call/room.ts';

/** The name to show for somebody, also if they gave none. */
export function displayName(name: string): string {
  return name || 'Guest';
}

/** What to say about somebody's connection; null if it is good. */
export function describeConnection({
  link,
  quality,
  camera,
}: Pick<Member, 'link' | 'quality' | 'camera'>): string | null {
  if (link === 'connecting') return 'Connecting…';
  if (link === 'reconnecting') return 'Reconnecting…';
  if (link === 'refused') return 'The relay refused us';
  if (link === 'unreachable') return 'No connection yet';
  if (quality?.still && camera) return 'The picture is frozen';
  return quality && quality.verdict !== 'Good' ? `${quality.verdict} connection` : null;
}
