import { PinProvider } from './charts/PinContext.tsx';
import { DataPanel } from './data/DataPanel.tsx';
import { Footer } from './Footer.tsx';
import { Header } from './Header.tsx';
import { Lesson } from './lesson/Lesson.tsx';
import { Notices } from './Notices.tsx';
import { NewVersion } from './offline/NewVersion.tsx';
import { PresetsPanel } from './presets/PresetsPanel.tsx';
import { ResumeOffer } from './runs/ResumeOffer.tsx';
import { ForecastProvider } from './schedule/ForecastContext.tsx';
import { SchedulePanel } from './schedule/SchedulePanel.tsx';
import { SettingsPanel } from './settings/SettingsPanel.tsx';
import { useSession } from './shared/sessionContext.tsx';
import { Spotlight } from './shared/TermButton.tsx';
import { isShown } from './shell/embedded.ts';
import { useUndoKeys } from './shell/useUndoKeys.ts';
import { ViewProvider } from './shell/ViewContext.tsx';
import { ViewPanels } from './shell/ViewPanels.tsx';
import { ViewTabs } from './shell/ViewTabs.tsx';
import { TrainPanel } from './train/TrainPanel.tsx';

/** The page: three moves on one screen, data, (k, n), train; every other view is a tab of `views.tsx`. */
export function App() {
  const announcement = useSession((state) => state.announcement);
  useUndoKeys();
  return (
    <ForecastProvider>
      <PinProvider>
        <ViewProvider>
          {isShown('header') && <Header />}
          <Spotlight />
          {isShown('tabs') && <ViewTabs />}
          <main>
            {isShown('header') && <Lesson />}
            <NewVersion />
            <ResumeOffer />
            <Notices />
            <ViewPanels train={<ThreeMoves />} />
          </main>
          {isShown('header') && <Footer />}
          <p className="visually-hidden" aria-live="polite">
            {announcement}
          </p>
        </ViewProvider>
      </PinProvider>
    </ForecastProvider>
  );
}

function ThreeMoves() {
  return (
    <>
      {isShown('presets') && <PresetsPanel />}
      <div className="moves">
        {isShown('data') && <DataPanel />}
        {isShown('schedule') && <SchedulePanel />}
        {isShown('train') && <TrainPanel />}
      </div>
      {isShown('settings') && <SettingsPanel />}
    </>
  );
}
