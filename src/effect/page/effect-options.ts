import type { Fault } from '../../common/errors.ts';
import type {
  EffectStats,
  ExecutionProviderChoice,
  FilmOptions,
  LoadProgress,
  ResolvedLook,
  StyleInfo,
} from '../protocol.ts';
import { isNetSide, NET_SIDE_EXPECTED } from '../look.ts';
import { NO_TIMES } from '../stage-times.ts';
import type { AssetsOption } from './assets.ts';
import type { LookOptions } from './look-options.ts';
import { wrongOption } from './wrong-option.ts';

export interface EffectOptions extends LookOptions {
  /**
   * Which execution provider runs the nets. Default `auto`: WebGPU where the browser gives a
   * hardware adapter, else wasm.
   */
  ep?: ExecutionProviderChoice;
  /**
   * Where the package's files are: the address of a folder, or a function that gives the address
   * of each. Default: beside the module, where bundlers find and copy them; in the app, beside the
   * page.
   */
  assets?: AssetsOption;
  /** URL of another list of nets; the nets are beside it. Default: the one among the assets. */
  manifestUrl?: string;
  /** Called as bytes of the runtime and the nets arrive. */
  onProgress?: (progress: LoadProgress) => void;
}

export interface EffectEvents {
  /** Statistics of the last two seconds, four times a second while the effect is open. */
  stats: (stats: EffectStats) => void;
  /**
   * The machine no longer keeps the source's rate: the nets have their smallest sizes, and the
   * style is computed for every second frame only. Comes once each time that this begins.
   */
  slow: (stats: EffectStats) => void;
  /** The first composited frame of a source has been drawn. */
  running: () => void;
  /**
   * The canvas was replaced after the worker died: mount `effect.canvas` in place of the old one.
   */
  canvas: (canvas: HTMLCanvasElement) => void;
  /** `set` has changed the look; `changed` has the options that it took. */
  look: (changed: Readonly<LookOptions>) => void;
  /**
   * Something failed. After a fatal fault nothing more happens: close this effect and create
   * another.
   */
  fault: (fault: Fault, fatal: boolean) => void;
}

export interface PreviewOptions {
  /** Ids of the styles, in order; `none` is the live frame. Default: all of grade `live`. */
  styles?: readonly string[];
  /**
   * Width of the pictures in pixels, 32..512; the height follows the frame's shape. Default 160.
   */
  width?: number;
  /** Called with each picture when it is ready. The receiver closes it. */
  onPreview: (style: string, picture: ImageBitmap) => void;
  /** Called with each style that cannot be loaded; the other styles come all the same. */
  onFault?: (style: string, fault: Fault) => void;
  /** Ends the previews: no further picture comes. */
  signal?: AbortSignal;
}

/** The look of an effect that was given no options. */
export const DEFAULT_LOOK: ResolvedLook = {
  style: 'none',
  region: 'person',
  strength: 1,
  line: 1,
  colour: 1,
  palette: [],
  detail: 'auto',
  background: { kind: 'live' },
  quality: 'auto',
};

/** The statistics before the first frame. */
export const NO_STATS: EffectStats = {
  fps: 0,
  frames: 0,
  dropped: 0,
  ms: NO_TIMES,
  p95: NO_TIMES,
  ep: 'wasm',
  zeroCopy: false,
  half: false,
  matteSize: [0, 0],
  styleSize: [0, 0],
  detail: 'light',
  quality: 'usual',
  held: 'nothing',
  renderer: '',
};

/** @throws PortoonError `ERR_PARAMETER` if it is no provider. */
export function checkProvider(ep: ExecutionProviderChoice): void {
  if (!['auto', 'webgpu', 'wasm'].includes(ep)) throw wrongOption('ep', ep, 'auto, webgpu or wasm');
}

/** @throws PortoonError `ERR_PARAMETER` naming a wrong option and what it takes. */
export function checkFilmOptions({ shows = 'picture', matteSide }: FilmOptions): void {
  if (!['picture', 'matte'].includes(shows)) throw wrongOption('shows', shows, 'picture or matte');
  if (matteSide !== undefined && !isNetSide(matteSide))
    throw wrongOption('matteSide', matteSide, NET_SIDE_EXPECTED);
}

/**
 * Fills in the defaults of a round of previews.
 * @param offered - the styles that the effect has.
 * @throws PortoonError `ERR_PARAMETER` naming a wrong option and what it takes.
 */
export function readPreviewOptions(
  { styles, width = 160 }: Pick<PreviewOptions, 'styles' | 'width'>,
  offered: readonly StyleInfo[],
): { styles: string[]; width: number } {
  const ids = ['none', ...offered.map(({ id }) => id)];
  const chosen = styles ?? offered.filter(({ grade }) => grade === 'live').map(({ id }) => id);
  const unknown = chosen.find((style) => !ids.includes(style));
  if (unknown !== undefined) throw wrongOption('styles', unknown, `some of ${ids.join(', ')}`);
  if (!Number.isInteger(width) || width < 32 || width > 512)
    throw wrongOption('width', width, 'a whole number of pixels from 32 to 512');
  return { styles: [...chosen], width };
}
