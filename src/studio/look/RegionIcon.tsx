import type { Region } from '../../effect/index.ts';
import { IconFrame } from '../ui/Icon.tsx';

/** A small portrait in a room, cut into pieces along the borders of the regions. */
const PORTRAIT = {
  background:
    'M7.5 2.5h9a5 5 0 0 1 5 5v9a5 5 0 0 1-1.7 3.8c-.5-2.9-2.2-4.6-4.7-5.2.1-.5.3-.8.5-1.2.6-.8 1-1.7 1.2-2.7.7-4.8-1.3-7.2-4.8-7.2s-5.5 2.4-4.8 7.2c.2 1 .6 1.9 1.2 2.7.2.4.4.7.5 1.2-2.5.6-4.2 2.3-4.7 5.2a5 5 0 0 1-1.7-3.8v-9a5 5 0 0 1 5-5z',
  hair: 'M8.1 11.1C7.3 7 8.9 4.9 12 4.9s4.7 2.1 3.9 6.2h-.7c0-1.4-.4-2.6-1.3-3.4-1.1.9-2.9 1.3-4.6 1.3-.3.6-.5 1.3-.5 2.1z',
  face: 'M9.9 9.9c1.5-.1 2.9-.5 4-1.2.4.6.6 1.3.6 2.1 0 2.3-1.1 3.9-2.5 3.9s-2.5-1.6-2.5-3.9c0-.3.1-.6.4-.9z',
  clothes:
    'M5.3 21c.3-3.1 2-4.7 4.5-5.2.5.7 1.2 1.1 2.2 1.1s1.7-.4 2.2-1.1c2.5.5 4.2 2.1 4.5 5.2-.7.3-1.4.5-2.2.5h-9c-.8 0-1.5-.2-2.2-.5z',
};

type Piece = keyof typeof PORTRAIT;

const COVERED: Record<Region, readonly Piece[]> = {
  person: ['hair', 'face', 'clothes'],
  face: ['face'],
  hair: ['hair'],
  clothes: ['clothes'],
  background: ['background'],
  everything: ['background', 'hair', 'face', 'clothes'],
};

/** Shows at a glance which part of the picture a region covers. */
export function RegionIcon({ region }: { region: Region }) {
  return (
    <IconFrame>
      {(Object.keys(PORTRAIT) as Piece[]).map((piece) => (
        <path
          key={piece}
          d={PORTRAIT[piece]}
          fill="currentColor"
          fill-opacity={COVERED[region].includes(piece) ? 1 : 0.22}
          stroke="none"
        />
      ))}
    </IconFrame>
  );
}
