/** Runs in the page for OBS: whether it plays an audible sound within `patience` milliseconds. */
export async function hearsSound(patience: number): Promise<boolean> {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context);
  const samples = new Float32Array(analyser.fftSize);
  let heard: MediaStreamTrack | undefined;
  const until = performance.now() + patience;
  while (performance.now() < until) {
    // A changed stream gets a new element, and sound may be added later, so both are looked up each
    // time.
    const stream = [...document.querySelectorAll('video')].at(-1)?.srcObject as MediaStream | undefined;
    const [track] = stream?.getAudioTracks() ?? [];
    if (track && track !== heard) {
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      heard = track;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    analyser.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > 0.05)) return true;
  }
  return false;
}
