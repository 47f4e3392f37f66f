/** Asks for the camera once: only a visible page may ask, and the engine's page is not visible. */
import { PortoonError } from '../../../src/common/errors.ts';
import { openCamera } from '../../../src/input/camera.ts';

const button = document.querySelector<HTMLButtonElement>('#allow')!;
const result = document.querySelector<HTMLElement>('#result')!;

button.addEventListener('click', () => void ask());
const status = await navigator.permissions.query({ name: 'camera' });
tell(status.state);
status.addEventListener('change', () => {
  tell(status.state);
});

async function ask(): Promise<void> {
  try {
    const camera = await openCamera();
    camera.stop();
    result.textContent = `${camera.label} is allowed. You can close this page.`;
  } catch (error) {
    result.textContent =
      error instanceof PortoonError ? `${error.message} ${error.wayOut} (${error.code})` : String(error);
  }
}

function tell(state: PermissionState): void {
  if (state === 'granted') result.textContent = 'The camera is allowed.';
  if (state === 'denied')
    result.textContent =
      'The camera is blocked for Portoon (ERR_CAMERA_DENIED). Click the icon left of the address, allow the camera, and reload this page.';
  document.body.dataset.camera = state;
}
