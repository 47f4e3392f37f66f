import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Member } from '../call/room.ts';
import { members, nameOf } from './call.ts';
import { CallLink } from './CallLink.tsx';
import { Icon } from './icons.tsx';
import { retract, tell } from './notices.ts';
import { Avatar, OwnTile } from './OwnTile.tsx';
import { arrange, type Place } from './tiles.ts';

/** Between tiles, in CSS pixels. */
const GAP = 10;

/** How the connection does, where that is worth a word. */
export function linkWord({ link, quality, camera }: Member): string | null {
  if (link === 'connecting') return 'Connecting…';
  if (link === 'reconnecting') return 'Reconnecting…';
  if (link === 'refused') return 'The relay refused us';
  if (link === 'unreachable') return 'No way through yet';
  if (quality?.still && camera) return 'The picture stands still';
  return quality && quality.verdict !== 'Good' ? `${quality.verdict} connection` : null;
}

function play(video: HTMLVideoElement): void {
  video.play().catch((error: unknown) => {
    // A page that was not touched yet may show a picture but make no sound.
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
    tell({
      topic: 'sound',
      tone: 'problem',
      title: 'The browser keeps the others silent',
      text: 'It wants a click before a page makes a sound.',
      actions: [
        {
          label: 'Turn the sound on',
          run: () => {
            retract('sound');
            for (const other of document.querySelectorAll('video')) play(other);
          },
        },
      ],
    });
  });
}

/** One of the others. */
function Person({ member, place }: { member: Member; place: Place | undefined }) {
  const video = useRef<HTMLVideoElement>(null);
  const { id, stream, camera, muted, name } = member;
  const shown = useSignal(false);
  useEffect(() => {
    const { current } = video;
    if (!current) return;
    current.srcObject = stream;
    if (stream) play(current);
    return () => {
      current.srcObject = null;
    };
  }, [stream]);

  const called = nameOf(name);
  const word = linkWord(member);
  return (
    <section
      class="person"
      aria-label={called}
      data-member={id}
      data-link={member.link}
      data-speaking={member.speaking || undefined}
      style={
        place && {
          left: `${place.left}px`,
          top: `${place.top}px`,
          width: `${place.width}px`,
          height: `${place.height}px`,
        }
      }
    >
      <video
        ref={video}
        autoplay
        playsInline
        data-shown={(camera && shown.value) || undefined}
        onPlaying={() => {
          shown.value = true;
        }}
      />
      {!(camera && shown.value) && <Avatar name={called} id={id} />}
      <p class="plate">
        {muted && <Icon name="microphone-off" />}
        <span>{called}</span>
        {muted && <span class="unseen">, microphone off</span>}
      </p>
      {member.recording && (
        <p class="recording-mark">
          <span class="red" aria-hidden="true" /> Records the call
        </p>
      )}
      {word && <p class="link-word">{word}</p>}
    </section>
  );
}

function Invitation({ place }: { place: Place | undefined }) {
  return (
    <section
      class="person invitation"
      style={
        place && {
          left: `${place.left}px`,
          top: `${place.top}px`,
          width: `${place.width}px`,
          height: `${place.height}px`,
        }
      }
    >
      <h2>Nobody else is here yet</h2>
      <p>Send this link to a friend; they join from it, with nothing to install.</p>
      <CallLink />
    </section>
  );
}

/** Everybody in the call, as large as the window lets them be; oneself last. */
export function Tiles() {
  const box = useRef<HTMLDivElement>(null);
  const size = useSignal({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return;
    const measure = () => {
      size.value = { width: current.clientWidth, height: current.clientHeight };
    };
    measure();
    const watching = new ResizeObserver(measure);
    watching.observe(current);
    return () => {
      watching.disconnect();
    };
  }, [size]);

  const others = members.value;
  const { width, height } = size.value;
  const places = arrange(Math.max(2, others.length + 1), width, height, GAP);
  return (
    <div class="tiles" ref={box} role="group" aria-label="People in the call">
      {others.map((member, index) => (
        <Person key={member.id} member={member} place={places[index]} />
      ))}
      {others.length === 0 && <Invitation place={places[0]} />}
      <OwnTile place={places.at(-1)} called />
    </div>
  );
}
