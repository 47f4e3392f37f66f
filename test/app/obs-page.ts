/** Whether the page for OBS plays anything louder than a whisper within `patience` milliseconds. */
export async function hearsSound(patience: number): Promise<boolean> {
  const stream = document.querySelector('video')!.srcObject as MediaStream;
  const context = new AudioContext();
  const analyser = new AnalyserNode(context);
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const until = performance.now() + patience;
  while (performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    analyser.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > 0.05)) return true;
  }
  return false;
}
