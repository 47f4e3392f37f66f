/** Reads what a page asks of a camera. */
import type { ListedCamera, RequestedVideo, VideoSize } from '../protocol.ts';

/** What Chromium gives for `video: true`. */
const USUAL: VideoSize = { width: 640, height: 480, frameRate: 30 };
const LARGEST: VideoSize = { width: 1920, height: 1080, frameRate: 60 };
/** The encoder of the connection sends nothing smaller. */
const SMALLEST: VideoSize = { width: 16, height: 16, frameRate: 1 };
type Measure = keyof VideoSize | 'aspectRatio';
const MEASURES: readonly Measure[] = ['width', 'height', 'frameRate', 'aspectRatio'];

/** The older form of constraints, which some pages still use. */
interface LegacyConstraints {
  mandatory?: Record<string, unknown>;
  optional?: Record<string, unknown>[];
}
export type VideoConstraints = MediaTrackConstraints & LegacyConstraints;

/** Whether the browser reads this as a request for the medium. `null` asks for any. */
export function isWanted(medium: MediaTrackConstraints | boolean | null | undefined): boolean {
  return medium === null || Boolean(medium);
}

/**
 * A copy as plain data. `structuredClone` refuses some of what pages pass: the proxies of their
 * frameworks, objects with functions.
 */
export function plainConstraints(
  video: MediaTrackConstraints | boolean | null | undefined,
): VideoConstraints {
  if (typeof video !== 'object' || video === null) return {};
  return JSON.parse(JSON.stringify(video)) as VideoConstraints;
}

/** Whether this asks for a screen, a window or a tab: that is no camera. */
export function asksForScreen(video: VideoConstraints): boolean {
  const legacy = [video.mandatory ?? {}, ...listOf(video.optional)];
  return (
    legacy.some((set) => 'chromeMediaSource' in set || 'chromeMediaSourceId' in set) || 'mediaSource' in video
  );
}

/** @param devices - as the browser lists them to this page. */
export function readRequestedVideo(
  video: VideoConstraints,
  devices: readonly ListedCamera[] = [],
): RequestedVideo {
  const constraints = withoutLegacyForm(video);
  const known = devices.filter(({ label }) => label !== '');
  return {
    size: sizeOf(constraints),
    constraints,
    known: known.map(({ deviceId, groupId, label }) => ({ deviceId, groupId, label })),
  };
}

/** The size that is enough for all of these constraints, also for those that need not be met. */
function sizeOf(constraints: MediaTrackConstraints): VideoSize {
  const further = listOf(constraints.advanced).map((set) => readSet(set));
  const first = readSet(constraints);
  const largest = (name: Measure) => {
    const values = further.flatMap((set) => set[name].ideal ?? []);
    const { ideal, max } = first[name];
    return values.length > 0 ? within(Math.max(ideal ?? 0, ...values), 0, max) : ideal;
  };
  const [wide, tall, rate] = [largest('width'), largest('height'), largest('frameRate')];
  const shape = largest('aspectRatio') ?? 16 / 9;
  const isFree = wide === undefined && tall === undefined;
  return {
    width: clamp(wide ?? (isFree ? USUAL.width : Math.round(tall! * shape)), 'width'),
    height: clamp(tall ?? (isFree ? USUAL.height : Math.round(wide! / shape)), 'height'),
    frameRate: clamp(rate ?? USUAL.frameRate, 'frameRate'),
  };
}

interface Wish {
  readonly ideal?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

function readSet(set: MediaTrackConstraintSet): Record<Measure, Wish> {
  const read = (name: Measure) => readMeasure(set[name], name);
  return {
    width: read('width'),
    height: read('height'),
    frameRate: read('frameRate'),
    aspectRatio: read('aspectRatio'),
  };
}

/** Accepts numbers as strings, as the browser does. */
function readMeasure(given: ConstrainDouble | null | undefined, name: Measure): Wish {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object') return { ideal: Number.parseFloat(String(given)) };
  const known = Object.entries(given).filter(([, value]) => (value as unknown) !== null);
  const numbers: ConstrainDoubleRange = Object.fromEntries(known.map(([key, value]) => [key, Number(value)]));
  const { exact, min = exact, max = exact } = numbers;
  const usual = max === undefined || name === 'aspectRatio' ? undefined : USUAL[name];
  return { ideal: exact ?? within(numbers.ideal, min, max) ?? min ?? within(usual, min, max), min, max };
}

function within(value: number | undefined, min = 0, max = Infinity): number | undefined {
  return value === undefined ? undefined : Math.min(max, Math.max(min, value));
}

/** The same in the form of today: what is optional becomes sets that need not be met. */
function withoutLegacyForm({ mandatory, optional, ...rest }: VideoConstraints): MediaTrackConstraints {
  if (!mandatory && !optional) return rest;
  const basic = fromLegacy(mandatory ?? {}, (id) => ({ exact: id }));
  const sets = listOf(optional).map((set) => fromLegacy(set, (id) => id));
  const advanced = sets.filter((set) => Object.keys(set).length > 0);
  return { ...basic, ...(advanced.length > 0 && { advanced }) };
}

function fromLegacy(
  set: Readonly<Record<string, unknown>>,
  cameraOf: (id: string) => ConstrainDOMString,
): MediaTrackConstraintSet {
  const ranges = MEASURES.flatMap((name) => {
    const range = legacyRange(set, name[0]!.toUpperCase() + name.slice(1));
    return range ? [[name, range] as const] : [];
  });
  const { sourceId } = set;
  return {
    ...Object.fromEntries(ranges),
    ...(typeof sourceId === 'string' && { deviceId: cameraOf(sourceId) }),
  };
}

function legacyRange(set: Readonly<Record<string, unknown>>, name: string): ConstrainDoubleRange | undefined {
  const min = Number(set[`min${name}`] ?? NaN);
  const max = Number(set[`max${name}`] ?? NaN);
  if (Number.isNaN(min) && Number.isNaN(max)) return undefined;
  // With a maximum alone, the maximum is given, as pages that use this form expect.
  const ideal = Number.isNaN(max) ? min : max;
  return { ideal, ...(Number.isNaN(min) ? {} : { min }), ...(Number.isNaN(max) ? {} : { max }) };
}

function listOf<T>(given: T[] | null | undefined): T[] {
  return Array.isArray(given) ? given : [];
}

function clamp(value: number, name: keyof VideoSize): number {
  const known = Number.isFinite(value) && value > 0 ? value : USUAL[name];
  return Math.min(LARGEST[name], Math.max(SMALLEST[name], known));
}
