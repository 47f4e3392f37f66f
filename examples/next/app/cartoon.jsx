'use client';

import { createEffect } from 'portoon';
import { useEffect, useRef } from 'react';

/** The camera's picture in a style. */
export default function Cartoon({ look }) {
  const place = useRef(null);
  useEffect(() => {
    const closing = new AbortController();
    const started = start(place.current, look, closing.signal);
    return () => {
      closing.abort();
      started.then((close) => close());
    };
  }, [look]);
  return <div ref={place} />;
}

async function start(place, style, closed) {
  const effect = await createEffect({ style });
  const camera = await navigator.mediaDevices.getUserMedia({ video: true });
  const close = () => {
    for (const track of camera.getTracks()) track.stop();
    effect.canvas.remove();
    return effect.close();
  };
  // React may have taken the component away meanwhile.
  if (closed.aborted) return close;
  await effect.feed(camera.getVideoTracks()[0]);
  place.append(effect.canvas);
  // For the console: await portoon.set({ style: 'udnie' })
  Object.assign(window, { portoon: effect });
  return close;
}
