/**
 * What the others would get of somebody who joins as they are now.
 * @returns a sentence; null where nothing is missing.
 */
export function describeJoining(seen: boolean, heard: boolean): string | null {
  if (seen && heard) return null;
  if (seen) return 'You can join all the same: they see you but don’t hear you.';
  if (heard) return 'You can join all the same: they hear you but don’t see you.';
  return 'You can join all the same: you see and hear the others, but they neither see nor hear you.';
}
