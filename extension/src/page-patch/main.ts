/**
 * Runs in the page's own world, before the page's scripts. Needs nothing of the page: no worker, no
 * WebAssembly, no address.
 */
import { patchStreamClone } from './call-camera.ts';
import { patchMediaDevices } from './media-devices.ts';

const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
// Missing where a page is not secure.
if (mediaDevices) {
  patchMediaDevices(mediaDevices);
  patchStreamClone();
}
