import { signal } from '@preact/signals';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Member, RoomOptions } from '../../../../src/call/room.ts';
import type { Microphone } from '../../../../src/call/peer/microphone.ts';
import { PortoonError } from '../../../../src/common/errors.ts';
import type { JoinedRoom } from '../../../../src/studio/call/call-needs.ts';
import { createCallStore } from '../../../../src/studio/call/call-store.ts';
import { createCameraSwitchStore } from '../../../../src/studio/call/camera-switch-store.ts';
import { createMicrophoneStore } from '../../../../src/studio/microphone/microphone-store.ts';
import type { SourceStore } from '../../../../src/studio/source/source-store.ts';
import { createBase, fakeEffectStore, fakeSource, fakeTrack, settled } from '../fakes.ts';

beforeEach(() => {
  vi.stubGlobal('location', { origin: 'http://localhost', pathname: '/' });
});

const ADA = { id: 'ada', name: 'Ada', recording: false, stream: null } as Member;

function fakeMicrophone(): Microphone {
  return {
    track: fakeTrack(),
    label: 'Mike',
    deviceId: 'mike',
    level: () => 0,
    stop: () => undefined,
  };
}

interface SetUp {
  roomOfLink?: string;
  held?: boolean;
  openMicrophone?: () => Promise<Microphone>;
}

function setUp({
  roomOfLink,
  held = true,
  openMicrophone = () => Promise.resolve(fakeMicrophone()),
}: SetUp = {}) {
  const base = createBase();
  const events: string[] = [];
  const members = new Map<string, Member>();
  let options: RoomOptions | null = null;
  let navigate: (room: string | null) => void = () => undefined;
  const room = {
    members,
    host: true,
    locked: false,
    lockWaits: false,
    signalling: true,
    refusal: null as PortoonError | null,
    relayFault: null as PortoonError | null,
    setVideo: () => Promise.resolve(),
    setAudio: () => Promise.resolve(),
    tell: (state: object) => Promise.resolve(void events.push(`tell ${JSON.stringify(state)}`)),
    lock: (wanted: boolean) => {
      room.lockWaits = wanted;
      return Promise.reject(new PortoonError('ERR_SIGNALLING', 'No server.', 'Wait.'));
    },
    remove: () => Promise.reject(new PortoonError('ERR_SIGNALLING', 'No server.', 'Wait.')),
    leave: () => events.push('leave'),
  };
  const source = {
    current: signal(fakeSource('camera')),
    status: signal('live'),
    isFilming: () => true,
    close: () => void events.push('close camera'),
    open: () => Promise.resolve(),
  } as unknown as SourceStore;
  const effect = fakeEffectStore();
  const output = { track: signal(null), wantedByCall: signal(false), hasAudience: signal(false) };
  const camera = createCameraSwitchStore({ page: base.page, source, effect });
  const microphone = createMicrophoneStore({
    ...base,
    openMicrophone,
    listMicrophones: () => Promise.resolve([]),
    onDevicesChanged: () => undefined,
    isWanted: () => call.isOpen.value,
    sendTrack: (track) => call.sendAudio(track),
  });
  const call = createCallStore({
    ...base,
    source,
    effect,
    output,
    microphone,
    camera,
    history: {
      push: (link) => events.push(`push ${link}`),
      clear: () => events.push('clear'),
      onNavigate: (listener) => {
        navigate = listener;
      },
    },
    createRoom: () => Promise.resolve('secret'),
    ownsRoom: (name) => name === 'secret',
    joinRoom: (given) => {
      options = given;
      return Promise.resolve(room as JoinedRoom);
    },
    acquireTabLock: () => Promise.resolve(held ? () => events.push('release') : null),
    roomOfLink,
  });
  call.start();
  return {
    ...{ ...base, call, room, events, members, microphone, output },
    options: () => options!,
    navigate: (to: string | null) => {
      navigate(to);
    },
  };
}

test('a call is invited to, joined and left', async () => {
  const { call, events, microphone, output } = setUp();
  await call.invite();
  await settled();
  expect(call.stage.value).toBe('lobby');
  expect(microphone.current.value?.label).toBe('Mike');
  expect(events).toEqual(['push http://localhost/?room=secret']);
  await call.join();
  expect(call.stage.value).toBe('in');
  expect(output.wantedByCall.value).toBe(true);
  events.length = 0;
  call.leave();
  expect(events).toEqual(['leave', 'release', 'close camera', 'clear']);
  expect(call.stage.value).toBe('none');
  expect(microphone.current.value).toBeNull();
  expect(output.wantedByCall.value).toBe(false);
});

test('a lobby of one’s own that is cancelled leaves the camera on', async () => {
  const { call, events } = setUp();
  await call.invite();
  call.leave();
  expect(events).not.toContain('close camera');
});

test('a call that is open in another tab can be taken over', async () => {
  const { call, output } = setUp({ roomOfLink: 'room', held: false });
  expect(call.stage.value).toBe('lobby');
  await call.join();
  expect(call.joinFault.value?.code).toBe('ERR_CALL_ELSEWHERE');
  expect(call.stage.value).toBe('lobby');
  expect(output.wantedByCall.value).toBe(false);
});

test('people who record are announced, and a refusal is shown once', async () => {
  const { call, room, members, options, notices } = setUp({ roomOfLink: 'room' });
  await call.join();
  members.set('ada', { ...ADA, recording: true });
  options().onChange();
  expect(notices.notices.value.map(({ title }) => title)).toEqual(['Ada is recording the call']);
  room.refusal = new PortoonError('ERR_ROOM_FULL', 'Six people are in it.', 'Wait until one leaves.');
  options().onChange();
  options().onChange();
  expect(call.refusal.value?.code).toBe('ERR_ROOM_FULL');
  expect(notices.notices.value.filter(({ topic }) => topic === 'refusal')).toHaveLength(1);
  room.refusal = null;
  options().onChange();
  expect(notices.notices.value.filter(({ topic }) => topic === 'refusal')).toEqual([]);
});

test('what needs the server is refused while it is unreachable', async () => {
  const { call, room, members, options, notices } = setUp({ roomOfLink: 'room' });
  await call.join();
  members.set('ada', ADA);
  options().onChange();
  await call.removeMember('ada');
  // A later change of the call must not withdraw the message: nobody may have read it yet.
  options().onChange();
  expect(notices.notices.value).toMatchObject([{ tone: 'problem', title: 'Ada was not removed' }]);
  room.signalling = false;
  await expect(call.announceRecording(true)).rejects.toMatchObject({ code: 'ERR_SIGNALLING' });
  expect(call.recordsCall.value).toBe(false);
});

test('somebody who is removed is told why', async () => {
  const { call, options, notices } = setUp({ roomOfLink: 'room' });
  await call.join();
  options().onEnded(new PortoonError('ERR_REMOVED', 'The host removed you.', 'Ask the host.'));
  expect(call.stage.value).toBe('none');
  expect(notices.notices.value[0]?.title).toBe('You were removed from the call');
});

test('the others are told when the microphone is muted', async () => {
  const { call, events, microphone } = setUp({ roomOfLink: 'room' });
  await call.join();
  microphone.toggleMute();
  expect(events.at(-1)).toContain('"muted":true');
});

test('somebody without a microphone joins as muted, and is heard once there is one', async () => {
  const noMicrophone = new PortoonError('ERR_MICROPHONE_MISSING', 'None.', 'Plug one in.');
  let found: Microphone | null = null;
  const { call, events, microphone, options } = setUp({
    roomOfLink: 'room',
    openMicrophone: () => (found ? Promise.resolve(found) : Promise.reject(noMicrophone)),
  });
  await settled();
  await call.join();
  expect(options().muted).toBe(true);
  found = fakeMicrophone();
  microphone.toggle();
  await settled();
  expect(events.at(-1)).toContain('"muted":false');
});

test('a lock that the server can’t do yet is announced until it is read or done', async () => {
  const { call, room, options, notices } = setUp({ roomOfLink: 'room' });
  await call.join();
  await call.toggleLock();
  options().onChange();
  expect(notices.notices.value).toMatchObject([{ tone: 'problem', title: 'The call is not locked yet' }]);
  expect(call.lockWaits.value).toBe(true);
  expect(call.locked.value).toBe(false);
  Object.assign(room, { locked: true, lockWaits: false });
  options().onChange();
  expect(call.lockWaits.value).toBe(false);
  expect(notices.notices.value).toMatchObject([{ title: 'The call is locked now', stays: true }]);
});

test('a lock that is taken back before it is done is not mentioned any more', async () => {
  const { call, room, options, notices } = setUp({ roomOfLink: 'room' });
  await call.join();
  await call.toggleLock();
  room.lockWaits = false;
  options().onChange();
  expect(call.lockWaits.value).toBe(false);
  expect(notices.notices.value).toEqual([]);
});

test('going back leaves the call, and going forward opens its lobby again', async () => {
  const { call, events, navigate } = setUp();
  await call.invite();
  await call.join();
  navigate(null);
  expect(call.stage.value).toBe('none');
  // The page's address was changed already, so it is not changed again.
  expect(events).not.toContain('clear');
  navigate('secret');
  expect(call.stage.value).toBe('lobby');
  expect(call.room.value).toBe('secret');
  expect(call.inviting.value).toBe(true);
});

describe('somebody who came by a link and is alone', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => {
      vi.useRealTimers();
    };
  });
  const titles = ({ notices }: ReturnType<typeof setUp>) => notices.notices.value.map(({ title }) => title);

  test('is told after a while that the link may be wrong, until somebody comes', async () => {
    const all = setUp({ roomOfLink: 'room' });
    await all.call.join();
    vi.advanceTimersByTime(59_000);
    expect(titles(all)).toEqual([]);
    vi.advanceTimersByTime(2000);
    expect(titles(all)).toEqual(['Nobody else has come']);
    all.members.set('ada', ADA);
    all.options().onChange();
    expect(titles(all)).toEqual([]);
  });

  test('is not told where they made the room, or met somebody, or left', async () => {
    const own = setUp({ roomOfLink: 'secret' });
    const met = setUp({ roomOfLink: 'room' });
    const gone = setUp({ roomOfLink: 'room' });
    for (const { call } of [own, met, gone]) await call.join();
    met.members.set('ada', ADA);
    met.options().onChange();
    met.members.clear();
    met.options().onChange();
    gone.call.leave();
    vi.advanceTimersByTime(300_000);
    for (const all of [own, met, gone]) expect(titles(all)).toEqual([]);
  });
});

test('a call that can’t be unlocked stays locked, and is not unlocked later', async () => {
  const { call, room, notices } = setUp({ roomOfLink: 'room' });
  await call.join();
  room.locked = true;
  await call.toggleLock();
  expect(call.lockWaits.value).toBe(false);
  expect(notices.notices.value).toMatchObject([{ tone: 'problem', topic: 'lock', code: 'ERR_SIGNALLING' }]);
});
