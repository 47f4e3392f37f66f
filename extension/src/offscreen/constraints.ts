/** A page's constraints: what they mean here, which camera they choose, and what they give. */
import { framesOf } from '../../../src/media/frames.ts';
import type { PictureSize } from '../connection/size.ts';
import type { ListedCamera, RequestedVideo } from '../protocol.ts';
import { listCamerasFor, ownCameras } from './cameras.ts';

/** The constraints that decide about the picture or the camera. Others are left out. */
const NAMES = ['width', 'height', 'frameRate', 'aspectRatio', 'resizeMode', 'facingMode'] as const;
const IDS = ['deviceId', 'groupId'] as const;
type ConstraintSet = MediaTrackConstraintSet & { resizeMode?: ConstrainDOMString };

/** A page's constraints with our own ids in place of those that the page was given. */
export async function ownConstraints(
  origin: string,
  { constraints, known }: RequestedVideo,
): Promise<MediaTrackConstraints> {
  const own = await ownCameras();
  const given = await listCamerasFor(origin);
  const ids = new Map<string, string>();
  const learn = (camera: ListedCamera, index: number, list: readonly ListedCamera[]) => {
    // Two cameras of one make have the same name: they are in the same order everywhere.
    const before = list.slice(0, index).filter(({ label }) => label === camera.label).length;
    const found = own.filter(({ label }) => label === camera.label)[before];
    if (found) for (const name of IDS) ids.set(camera[name], found[name]);
  };
  given.forEach(learn);
  known.forEach(learn);
  const translate = (set: ConstraintSet): ConstraintSet => {
    const kept = NAMES.filter((name) => (set[name] ?? null) !== null).map((name) => [name, set[name]]);
    const named = IDS.filter((name) => (set[name] ?? null) !== null).map((name) => [
      name,
      mapNames(set[name]!, (id) => ids.get(id) ?? id),
    ]);
    return Object.fromEntries([...kept, ...named]) as ConstraintSet;
  };
  const { advanced } = constraints;
  return { ...translate(constraints), ...(Array.isArray(advanced) && { advanced: advanced.map(translate) }) };
}

function mapNames(given: ConstrainDOMString, map: (name: string) => string): ConstrainDOMString {
  const list = (names: string | string[]) => [names].flat().map(map);
  if (typeof given !== 'object' || Array.isArray(given)) return list(given);
  const entries = Object.entries(given).filter(([, names]) => (names as unknown) !== null);
  return Object.fromEntries(entries.map(([key, names]) => [key, list(names as string | string[])]));
}

/** By what a request can mean a camera. */
type Facts = Record<(typeof IDS)[number] | 'facingMode', readonly string[]>;

/**
 * Finds the camera that a page means, in the order in which the browser weighs its constraints.
 * @param constraints - with our own ids.
 * @returns our own id of it; undefined for any.
 * @throws OverconstrainedError if it must be this one, and it is not there.
 */
export async function findCamera(constraints: MediaTrackConstraints): Promise<string | undefined> {
  const cameras = (await ownCameras()).map((device) => ({
    deviceId: device.deviceId,
    facts: factsOf(device),
  }));
  return chooseCamera(cameras, constraints);
}

function factsOf(device: MediaDeviceInfo): Facts {
  const { facingMode = [] } = device instanceof InputDeviceInfo ? device.getCapabilities() : {};
  return { deviceId: [device.deviceId], groupId: [device.groupId], facingMode };
}

/** The choice of `findCamera`, of these cameras. */
export function chooseCamera(
  cameras: readonly { readonly deviceId: string; readonly facts: Facts }[],
  constraints: MediaTrackConstraints,
): string | undefined {
  const names = ['deviceId', 'groupId', 'facingMode'] as const;
  const meets = (camera: (typeof cameras)[number], name: keyof Facts, wanted: readonly string[]) =>
    wanted.some((one) => camera.facts[name].includes(one));
  let left = cameras;
  for (const name of names) {
    const { exact } = readNames(constraints[name]);
    if (!exact) continue;
    left = left.filter((camera) => meets(camera, name, exact));
    if (left.length === 0) throw new OverconstrainedError(name, 'There is no such camera.');
  }
  const prefer = (wishes: readonly (readonly [keyof Facts, readonly string[] | undefined])[]) => {
    const asked = wishes.flatMap(([name, wanted]) => (wanted ? [[name, wanted] as const] : []));
    const better = left.filter((camera) => asked.every(([name, wanted]) => meets(camera, name, wanted)));
    if (better.length > 0) left = better;
  };
  for (const set of constraints.advanced ?? [])
    prefer(
      names.map((name) => {
        const { exact, ideal } = readNames(set[name]);
        return [name, exact ?? ideal] as const;
      }),
    );
  for (const name of names) prefer([[name, readNames(constraints[name]).ideal]]);
  return left.length < cameras.length ? left[0]?.deviceId : undefined;
}

function readNames(given: ConstrainDOMString | null | undefined): { exact?: string[]; ideal?: string[] } {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object' || Array.isArray(given)) return { ideal: [given].flat() };
  const { exact, ideal } = given;
  return {
    ...(exact !== undefined && { exact: [exact].flat() }),
    ...(ideal !== undefined && { ideal: [ideal].flat() }),
  };
}

/** A camera that sends nothing for so many milliseconds has its settings believed. */
const FRAME_TIMEOUT_MS = 3000;

/**
 * What the browser gives for these constraints, out of what the camera sends now.
 * @throws OverconstrainedError as the browser.
 */
export async function settingsFor(
  track: MediaStreamTrack,
  constraints: MediaTrackConstraints,
): Promise<MediaTrackSettings> {
  const clone = track.clone();
  try {
    await clone.applyConstraints(constraints);
    // The settings of a new clone may still be those of the camera; its first frame is not.
    const size = await frameSizeOf(clone);
    return { ...clone.getSettings(), ...size, ...(size && { aspectRatio: size.width / size.height }) };
  } finally {
    clone.stop();
  }
}

async function frameSizeOf(track: MediaStreamTrack): Promise<PictureSize | null> {
  const reader = framesOf(track).frames.getReader();
  const timer = setTimeout(() => void reader.cancel(), FRAME_TIMEOUT_MS);
  const { value: frame } = await reader.read();
  clearTimeout(timer);
  if (!frame) return null;
  const { displayWidth: width, displayHeight: height } = frame;
  frame.close();
  void reader.cancel();
  return { width, height };
}

/** Whether a page said what size or shape it wants. */
export function asksForSize({ advanced, ...basic }: MediaTrackConstraints): boolean {
  const sets: readonly MediaTrackConstraintSet[] = [basic, ...(advanced ?? [])];
  return sets.some((set) => (['width', 'height', 'aspectRatio'] as const).some((name) => name in set));
}
