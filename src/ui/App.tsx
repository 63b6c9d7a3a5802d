import { DataPanel } from './data/DataPanel.tsx';
import { Header } from './Header.tsx';
import { Notices } from './Notices.tsx';
import { PresetsPanel } from './presets/PresetsPanel.tsx';
import { ForecastProvider } from './schedule/ForecastContext.tsx';
import { SchedulePanel } from './schedule/SchedulePanel.tsx';
import { SettingsPanel } from './settings/SettingsPanel.tsx';
import { useSession } from './shared/sessionContext.tsx';
import { TrainPanel } from './train/TrainPanel.tsx';

/** The page: three moves on one screen, data, (k, n), train. */
export function App() {
  const announcement = useSession((state) => state.announcement);
  return (
    <ForecastProvider>
      <Header />
      <main>
        <Notices />
        <PresetsPanel />
        <div className="moves">
          <DataPanel />
          <SchedulePanel />
          <TrainPanel />
        </div>
        <SettingsPanel />
      </main>
      <p className="visually-hidden" aria-live="polite">
        {announcement}
      </p>
    </ForecastProvider>
  );
}
