/** Reads what a page asks of a camera. */
import type { RequestedVideo } from '../protocol.ts';

/** What Chromium gives for `video: true`. */
const USUAL = { width: 640, height: 480, frameRate: 30 } as const;
const LARGEST = { width: 1920, height: 1080, frameRate: 60 } as const;
type Measure = keyof typeof USUAL;

/** The older form of constraints, which some pages still use. */
interface LegacyConstraints {
  mandatory?: Record<string, unknown>;
  optional?: Record<string, unknown>[];
}
export type VideoConstraints = MediaTrackConstraints & LegacyConstraints;

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
  const wide = readMeasure(video, 'width');
  const tall = readMeasure(video, 'height');
  const rate = readMeasure(video, 'frameRate');
  const neither = wide.ideal === undefined && tall.ideal === undefined;
  const width = wide.ideal ?? (neither ? USUAL.width : Math.round((tall.ideal! * 16) / 9));
  const height = tall.ideal ?? (neither ? USUAL.height : Math.round((wide.ideal! * 9) / 16));
  const id = readDevice(video);
  const label = id && labelOf(id.deviceId);
  return {
    width: clamp(width, 'width'),
    height: clamp(height, 'height'),
    frameRate: clamp(rate.ideal ?? USUAL.frameRate, 'frameRate'),
    min: {
      ...(wide.min === undefined ? {} : { width: wide.min }),
      ...(tall.min === undefined ? {} : { height: tall.min }),
      ...(rate.min === undefined ? {} : { frameRate: rate.min }),
    },
    ...(id ? { camera: { ...id, ...(label === undefined ? {} : { label }) } } : {}),
  };
}

function readMeasure(video: VideoConstraints, name: Measure): { ideal?: number; min?: number } {
  const given = video[name] ?? legacyMeasure(video, name);
  if (typeof given === 'number') return { ideal: given };
  if (!given) return {};
  const { exact, min, max } = given;
  const ideal =
    exact ??
    within(given.ideal, min, max) ??
    min ??
    (max === undefined ? undefined : within(USUAL[name], min, max));
  const atLeast = exact ?? min;
  return {
    ...(ideal === undefined ? {} : { ideal }),
    ...(atLeast === undefined ? {} : { min: atLeast }),
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

function readDevice(video: VideoConstraints): { deviceId: string; exact: boolean } | undefined {
  const legacy = flatten(video).sourceId;
  if (typeof legacy === 'string') return { deviceId: legacy, exact: 'sourceId' in (video.mandatory ?? {}) };
  const { deviceId } = video;
  if (deviceId === undefined) return undefined;
  const isList = typeof deviceId === 'string' || Array.isArray(deviceId);
  const wanted = isList ? deviceId : (deviceId.exact ?? deviceId.ideal);
  const first = typeof wanted === 'string' ? wanted : wanted?.[0];
  if (first === undefined || first === '' || first === 'default') return undefined;
  return { deviceId: first, exact: !isList && deviceId.exact !== undefined };
}

function flatten({ mandatory, optional }: LegacyConstraints): Record<string, unknown> {
  const optionals = Array.isArray(optional) ? optional : [];
  return Object.assign({}, ...optionals, mandatory) as Record<string, unknown>;
}

function clamp(value: number, name: Measure): number {
  const known = Number.isFinite(value) && value > 0 ? value : USUAL[name];
  return Math.min(LARGEST[name], Math.max(1, known));
}
