import { NetworkEditor } from './NetworkEditor.tsx';
import { SettingGroups } from './SettingGroups.tsx';
import './network.css';

/** Everything that decides a run besides the data and (k, n). Fetched when it is first opened. */
export default function NetworkPanel() {
  return (
    <>
      <NetworkEditor />
      <SettingGroups />
    </>
  );
}
