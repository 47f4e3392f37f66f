import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Member } from '../../call/room.ts';
import { useSpeaker } from '../microphone/speaker-store.ts';
import { useNotices, type NoticesStore } from '../notices/notices-store.ts';
import type { TileBox } from '../stage/stage-layout-store.ts';
import { Avatar } from '../ui/Avatar.tsx';
import { Icon } from '../ui/Icon.tsx';
import { tileStyle } from './arrange-tiles.ts';
import { describeConnection, displayName } from './describe-member.ts';

interface MemberTileProps {
  member: Member;
  box: TileBox | undefined;
}

/** Somebody else in the call: their picture and sound, or their initial. */
export function MemberTile({ member, box }: MemberTileProps) {
  const video = useRef<HTMLVideoElement>(null);
  const playing = useSignal(false);
  const notices = useNotices();
  const speaker = useSpeaker();
  /** Whether all of the picture is shown, and not as much as fills the tile. */
  const whole = useSignal(false);
  const aspect = useSignal(0);
  const { id, stream, camera, muted } = member;
  useEffect(() => {
    const { current } = video;
    if (!current) return;
    current.srcObject = stream;
    if (stream) play(current, notices);
    return () => {
      current.srcObject = null;
    };
  }, [stream]);
  useSignalEffect(() => {
    if (video.current && 'setSinkId' in video.current) void speaker.send(video.current);
  });

  const name = displayName(member.name);
  const connection = describeConnection(member);
  const hasPicture = camera && playing.value;
  return (
    <section
      class="person"
      aria-label={name}
      data-member={id}
      data-link={member.link}
      data-speaking={member.speaking || undefined}
      style={tileStyle(box)}
    >
      <video
        ref={video}
        autoplay
        playsInline
        data-shown={hasPicture || undefined}
        data-whole={whole.value || undefined}
        onResize={({ currentTarget: { videoWidth, videoHeight } }) => {
          aspect.value = videoHeight > 0 ? videoWidth / videoHeight : 0;
        }}
        onPlaying={() => {
          playing.value = true;
        }}
      />
      {!hasPicture && <Avatar name={name} id={id} />}
      <p class="plate">
        {muted && <Icon name="microphone-off" />}
        <span>{name}</span>
        {muted && <span class="unseen">, microphone off</span>}
      </p>
      {member.recording && (
        <p class="recording-mark">
          <span class="red" aria-hidden="true" /> Recording the call
        </p>
      )}
      {connection && <p class="link-word">{connection}</p>}
      {hasPicture && isCropped(aspect.value, box) && (
        <FitButton
          name={name}
          whole={whole.value}
          onClick={() => {
            whole.value = !whole.value;
          }}
        />
      )}
    </section>
  );
}

/** Somebody at the side of their picture may be cut off where it fills the tile. */
function FitButton({ name, whole, onClick }: { name: string; whole: boolean; onClick: () => void }) {
  const label = whole ? 'Fill the tile' : 'Show the whole picture';
  return (
    <button type="button" class="tile-tool" aria-label={`${label}: ${name}`} title={label} onClick={onClick}>
      <Icon name={whole ? 'fill' : 'fit'} />
    </button>
  );
}

/** Whether a picture that fills the tile loses more of its sides than anybody would notice. */
function isCropped(aspect: number, box: TileBox | undefined): boolean {
  if (!box || aspect === 0) return false;
  const ratio = (aspect * box.height) / box.width;
  return Math.max(ratio, 1 / ratio) > 1.03;
}

function play(video: HTMLVideoElement, notices: NoticesStore): void {
  video.play().catch((error: unknown) => {
    // A page that nobody has clicked yet can show a picture, but can't make a sound.
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
    const playAll = () => {
      notices.retract('sound');
      for (const other of document.querySelectorAll('video')) play(other, notices);
    };
    notices.show({
      topic: 'sound',
      tone: 'problem',
      title: 'The browser has muted the call',
      text: 'It needs a click before the page can play sound.',
      actions: [{ label: 'Turn the sound on', run: playAll }],
    });
  });
}
