/** Reads what a page asks of a camera. */
import type { Measure, RequestedVideo } from '../protocol.ts';

/** What Chromium gives for `video: true`. */
const USUAL = { width: 640, height: 480, frameRate: 30 } as const;
const LARGEST = { width: 1920, height: 1080, frameRate: 60 } as const;
/** The encoder of the connection sends nothing smaller. */
const SMALLEST = { width: 16, height: 16, frameRate: 1 } as const;
type Size = keyof typeof USUAL;
const MEASURES = ['width', 'height', 'frameRate', 'aspectRatio'] as const;

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
  const legacy = flatten(video);
  return 'chromeMediaSource' in legacy || 'chromeMediaSourceId' in legacy || 'mediaSource' in video;
}

/** @param labelOf - the name of the camera that the page knows by this id. */
export function readRequestedVideo(
  video: VideoConstraints,
  labelOf: (id: string) => string | undefined,
): RequestedVideo {
  const [wide, tall, rate] = [
    readMeasure(video, 'width'),
    readMeasure(video, 'height'),
    readMeasure(video, 'frameRate'),
  ];
  const neither = wide.ideal === undefined && tall.ideal === undefined;
  const width = wide.ideal ?? (neither ? USUAL.width : Math.round((tall.ideal! * 16) / 9));
  const height = tall.ideal ?? (neither ? USUAL.height : Math.round((wide.ideal! * 9) / 16));
  const limits: RequestedVideo['limits'] = Object.fromEntries(
    MEASURES.map((name) => [name, readMeasure(video, name)] as const)
      .filter(([, { min, max }]) => min !== undefined || max !== undefined)
      .map(([name, { min, max }]) => [name, { min, max }]),
  );
  const camera = readNames(video.deviceId ?? legacyDevice(video), ['', 'default']);
  const facing = readNames(video.facingMode, []);
  return {
    width: clamp(width, 'width'),
    height: clamp(height, 'height'),
    frameRate: clamp(rate.ideal ?? USUAL.frameRate, 'frameRate'),
    limits,
    ...(camera && {
      camera: {
        oneOf: camera.oneOf.map((deviceId) => {
          const label = labelOf(deviceId);
          return { deviceId, ...(label === undefined ? {} : { label }) };
        }),
        exact: camera.exact,
      },
    }),
    ...(facing && { facing }),
  };
}

/** Accepts numbers as strings, as the browser does. */
function readMeasure(video: VideoConstraints, name: Measure): { ideal?: number; min?: number; max?: number } {
  const given = video[name] ?? legacyMeasure(video, name);
  if (given === undefined) return {};
  if (typeof given !== 'object') return { ideal: Number.parseFloat(String(given)) };
  const known = Object.entries(given).filter(([, value]) => (value as unknown) !== null);
  const numbers: ConstrainDoubleRange = Object.fromEntries(known.map(([key, value]) => [key, Number(value)]));
  const { exact, min = exact, max = exact } = numbers;
  const usual = max === undefined || name === 'aspectRatio' ? undefined : USUAL[name];
  const ideal = exact ?? within(numbers.ideal, min, max) ?? min ?? within(usual, min, max);
  return {
    ...(ideal === undefined ? {} : { ideal }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

function within(value: number | undefined, min = 0, max = Infinity): number | undefined {
  return value === undefined ? undefined : Math.min(max, Math.max(min, value));
}

function legacyMeasure(video: VideoConstraints, name: Measure): ConstrainULongRange | undefined {
  const legacy = flatten(video);
  const capital = name[0]!.toUpperCase() + name.slice(1);
  const min = Number(legacy[`min${capital}`] ?? NaN);
  const max = Number(legacy[`max${capital}`] ?? NaN);
  if (Number.isNaN(min) && Number.isNaN(max)) return undefined;
  // With a maximum alone, the maximum is given, as pages that use this form expect.
  const ideal = Number.isNaN(max) ? min : max;
  return { ideal, ...(Number.isNaN(min) ? {} : { min }), ...(Number.isNaN(max) ? {} : { max }) };
}

function legacyDevice(video: VideoConstraints): ConstrainDOMString | undefined {
  const id = flatten(video).sourceId;
  if (typeof id !== 'string') return undefined;
  return 'sourceId' in (video.mandatory ?? {}) ? { exact: id } : id;
}

/** @param none - names that mean no particular one, unless the constraint is exact. */
function readNames(
  given: ConstrainDOMString | null | undefined,
  none: readonly string[],
): { oneOf: string[]; exact: boolean } | undefined {
  const isRange = typeof given === 'object' && given !== null && !Array.isArray(given);
  const range: ConstrainDOMStringParameters = isRange ? given : given ? { ideal: given } : {};
  const exact = range.exact !== undefined;
  const named = [range.exact ?? range.ideal ?? []].flat().map(String);
  const oneOf = exact ? named : named.filter((name) => !none.includes(name));
  return oneOf.length > 0 ? { oneOf, exact } : undefined;
}

function flatten({ mandatory, optional }: LegacyConstraints): Record<string, unknown> {
  const optionals = Array.isArray(optional) ? optional : [];
  return Object.assign({}, ...optionals, mandatory) as Record<string, unknown>;
}

function clamp(value: number, name: Size): number {
  const known = Number.isFinite(value) && value > 0 ? value : USUAL[name];
  return Math.min(LARGEST[name], Math.max(SMALLEST[name], known));
}
