/**
 * Stands in for lib-jitsi-meet's JitsiLocalTrack, which needs a server: it treats an effect in the
 * same way. The real ones come from JitsiMeetJS.createLocalTracks({ devices: ['video'] }).
 */
export class LocalTrack {
  #camera = null;
  #effect = null;
  #element;

  constructor(element) {
    this.#element = element;
  }

  isVideoTrack() {
    return true;
  }

  /** Starts an effect on the camera's stream, in place of the one before; none takes it off. */
  async setEffect(effect) {
    this.#effect?.stopEffect();
    this.#effect = effect?.isEnabled(this) ? effect : null;
    this.#show();
  }

  /** Muted means that the camera is off; back comes another stream of it. */
  async mute() {
    this.#effect?.stopEffect();
    for (const track of this.#camera?.getTracks() ?? []) track.stop();
    this.#camera = null;
    this.#show();
  }

  async unmute() {
    this.#camera = await navigator.mediaDevices.getUserMedia({ video: true });
    this.#show();
  }

  #show() {
    const camera = this.#camera;
    this.#element.srcObject = camera && this.#effect ? this.#effect.startEffect(camera) : camera;
  }
}
