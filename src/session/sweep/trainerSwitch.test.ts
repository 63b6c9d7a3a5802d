import { describe, expect, it } from 'vitest';
import type { TrainerMessage, TrainerRequest } from '../../trainer/messages.ts';
import { createTrainerSwitch } from './trainerSwitch.ts';

function setUp() {
  const posted: TrainerRequest['type'][] = [];
  let say: (message: TrainerMessage) => void = () => {};
  const shared = createTrainerSwitch({
    post: ({ type }) => posted.push(type),
    onMessage(listener) {
      say = listener;
    },
  });
  const heard: { page: string[]; sweep: string[] } = { page: [], sweep: [] };
  const nameOf = (message: TrainerMessage) =>
    message.type === 'status' ? message.status : message.type === 'error' ? message.error.code : message.type;
  shared.page.onMessage((message) => heard.page.push(nameOf(message)));
  shared.sweep.onMessage((message) => heard.sweep.push(nameOf(message)));
  return { shared, posted, heard, say: (message: TrainerMessage) => say(message) };
}

const status = (value: 'preparing' | 'running' | 'paused' | 'ready'): TrainerMessage => ({
  type: 'status',
  status: value,
});
const configure = { type: 'configure' } as TrainerRequest;

describe('one trainer for page and sweep', () => {
  it('is the page’s until the sweep takes it', () => {
    const { shared, posted, heard, say } = setUp();
    shared.page.post({ type: 'connect' });
    shared.page.post({ type: 'start' });
    shared.sweep.post({ type: 'pause' });
    say(status('running'));
    expect(posted).toEqual(['connect', 'start']);
    expect(heard).toEqual({ page: ['running'], sweep: [] });
  });

  it('answers the page with a reason while the sweep trains, and carries nothing of it out', () => {
    const { shared, posted, heard, say } = setUp();
    shared.take();
    shared.page.post(configure);
    shared.page.post({ type: 'pause' });
    shared.sweep.post(configure);
    say(status('preparing'));
    expect(posted).toEqual(['configure']);
    expect(heard).toEqual({ page: ['sweep-is-training'], sweep: ['preparing'] });
    // The device is everybody's.
    say({ type: 'adapter' } as TrainerMessage);
    expect(heard.page).toEqual(['sweep-is-training', 'adapter']);
  });

  it('lets the page hear nothing of a run that the sweep left behind', () => {
    const { shared, posted, heard, say } = setUp();
    shared.take();
    shared.giveBack();
    say(status('paused'));
    say({ type: 'error', error: { code: 'late', message: '', hint: '' } });
    shared.page.post({ type: 'start' });
    expect([posted, heard.page, heard.sweep]).toEqual([[], [], []]);
    shared.page.post(configure);
    say(status('ready'));
    say(status('preparing'));
    say(status('ready'));
    shared.page.post({ type: 'start' });
    expect(posted).toEqual(['configure', 'start']);
    expect(heard.page).toEqual(['preparing', 'ready']);
  });
});
