/** Hands the input room to a test that drives the browser from outside. */
import { framesOf } from '../../../src/media/frames.ts';
import { openCamera, waitForCamera } from '../../../src/input/camera.ts';
import { listCameras, onDevicesChanged } from '../../../src/media/devices.ts';
import { openDemo } from '../../../src/input/demo.ts';
import { openVideo } from '../../../src/input/file.ts';
import { countFrames } from './count-frames.ts';

const input = {
  openCamera,
  openDemo,
  openVideo,
  listCameras,
  onDevicesChanged,
  waitForCamera,
  framesOf,
  countFrames,
};

declare global {
  interface Window {
    input: typeof input;
  }
}
window.input = input;
