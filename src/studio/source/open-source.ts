import { PortoonError } from '../../common/errors.ts';
import { openCamera } from '../../input/camera.ts';
import { openDemo } from '../../input/demo.ts';
import { openVideo } from '../../input/file.ts';
import type { Source } from '../../input/source.ts';
import type { Resolution } from '../base/preferences.ts';

/** What a person wants to see on the stage. */
export type SourceRequest =
  { kind: 'camera'; deviceId?: string } | { kind: 'demo' } | { kind: 'video'; from: File | string };

/** What the preferences say about the camera. */
export interface CameraPreference {
  /** Null for any camera. */
  cameraId: string | null;
  resolution: Resolution;
}

const SIZES: Record<Resolution, { width: number; height: number }> = {
  '360p': { width: 640, height: 360 },
  '720p': { width: 1280, height: 720 },
  '1080p': { width: 1920, height: 1080 },
};

/** Opens a source. Rejects with a PortoonError that says what is wrong with it. */
export async function openSource(request: SourceRequest, camera: CameraPreference): Promise<Source> {
  switch (request.kind) {
    case 'demo':
      return openDemo();
    case 'video':
      return openVideoFrom(request.from);
    case 'camera': {
      const deviceId = request.deviceId ?? camera.cameraId;
      const size = SIZES[camera.resolution];
      return openCamera(deviceId === null ? size : { ...size, deviceId });
    }
  }
}

async function openVideoFrom(from: File | string): Promise<Source> {
  try {
    return await openVideo(from);
  } catch (error) {
    const unreadable = error instanceof PortoonError && error.code === 'ERR_VIDEO_UNREADABLE';
    if (unreadable && from instanceof File) await rejectUnreadable(from);
    throw error;
  }
}

/**
 * A video element only says that it can't play a file; reading the file shows what it really is.
 * @throws {PortoonError} saying what is wrong with the file, if that can be found out.
 */
async function rejectUnreadable(file: File): Promise<void> {
  const { FilmReader } = await import('../../record/film/film-reader.ts');
  try {
    (await FilmReader.open(file, file.name)).close();
  } catch (reason) {
    if (reason instanceof PortoonError) throw reason;
  }
}

/** Whether the browser would open the camera without asking the person. */
export async function isCameraGranted(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state === 'granted';
  } catch {
    return false;
  }
}
