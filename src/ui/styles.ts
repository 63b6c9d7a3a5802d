// Every style sheet, in order: tokens, elements, layout, parts.
import './theme.css';
import './base.css';
import './page.css';
import './shell/shell.css';
import './data/data.css';
import './schedule/schedule.css';
import './schedule/unrolledGrid.css';
import './schedule/walk.css';
import './schedule/forecast.css';
import './charts/charts.css';
import './train/train.css';
import './settings/settings.css';
import './lesson/lesson.css';
