import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { SessionActions } from '../../session/sessionActions.ts';
import type { SessionState, SessionStore } from '../../session/sessionStore.ts';

interface SessionContextValue {
  store: SessionStore;
  actions: SessionActions;
}

const SessionContext = createContext<SessionContextValue | null>(null);

export function SessionProvider(props: SessionContextValue & { children: ReactNode }) {
  const { store, actions, children } = props;
  return <SessionContext value={{ store, actions }}>{children}</SessionContext>;
}

function useSessionContext(): SessionContextValue {
  const value = useContext(SessionContext);
  if (!value) throw new Error('A component that uses the session stands outside SessionProvider.');
  return value;
}

/** A narrow slice of the session's state; the component renders again only when the slice changes. */
export function useSession<Slice>(select: (state: SessionState) => Slice): Slice {
  return useStore(useSessionContext().store, select);
}

/** The store itself, for what is read once, at the time of a click. */
export function useSessionStore(): SessionStore {
  return useSessionContext().store;
}

export function useActions(): SessionActions {
  return useSessionContext().actions;
}
