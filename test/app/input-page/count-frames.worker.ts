onmessage = async ({ data }: MessageEvent<ReadableStream<VideoFrame>>) => {
  let count = 0;
  const reader = data.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    value.close();
    count++;
    postMessage(count);
  }
};
