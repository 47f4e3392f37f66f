import { useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { aspect } from './aspect.ts';
import { Divider } from './Divider.tsx';
import { pictureShown, stageCanvas } from './engine.ts';
import { backdrop } from './look.ts';
import { showInterface } from './notices.ts';
import { mirrored, source } from './sources.ts';
import { comparing } from './state.ts';
import { stagePlace } from './tiles.ts';

/** The picture: the effect's own canvas over the whole window or, in a call, in its tile; and the divider above it. */
export function Stage() {
  const holder = useRef<HTMLDivElement>(null);

  // Beside a new canvas the old one stays, with the last picture, until there is a first one on the new.
  useSignalEffect(() => {
    const canvas = stageCanvas.value;
    if (!canvas || !holder.current) return;
    for (const former of holder.current.children) {
      former.removeAttribute('id');
      former.setAttribute('data-former', '');
      former.setAttribute('aria-hidden', 'true');
    }
    canvas.id = 'stage';
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', 'Your live picture');
    holder.current.append(canvas);
  });
  useSignalEffect(() => {
    if (!pictureShown.value) return;
    for (const former of holder.current?.querySelectorAll('[data-former]') ?? []) former.remove();
  });

  const place = stagePlace.value;
  return (
    <main
      class="stage"
      data-tile={place !== null || undefined}
      aria-label="Picture"
      data-mirrored={mirrored.value || undefined}
      data-shown={pictureShown.value || undefined}
      data-see-through={backdrop.value === 'transparent' || undefined}
      style={{
        '--aspect': String(aspect.value),
        ...(place && {
          inset: 'auto',
          left: `${place.left}px`,
          top: `${place.top}px`,
          width: `${place.width}px`,
          height: `${place.height}px`,
        }),
      }}
      // Without the interface there must be a way back that needs no keyboard.
      onClick={showInterface}
    >
      <div class="checker" aria-hidden="true" />
      <div class="canvas-holder" ref={holder} />
      {comparing.value && source.value && <Divider track={source.value.track} />}
    </main>
  );
}
