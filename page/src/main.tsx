// The views and their addresses.

import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { LocationProvider, Route, Router, useLocation } from 'preact-iso/router';
import lazy from 'preact-iso/lazy';
import { Frame } from './frame';
import { start } from './store';
import { Nowhere } from './parts';
import { SeasonView } from './views/season';
import { CellView } from './views/cell';
import { TableView } from './views/table';
import { DictionaryView } from './views/dictionary';
import { RunsView, RunView } from './views/runs';
import { ValueView } from './views/value';
import { CheckView } from './views/check';
import { FilesView } from './views/files';
import './theme';

// Views with libraries of their own are loaded when they are first shown.
const GraphView = lazy(() => import('./views/graph'));
const QueryView = lazy(() => import('./views/query'));
const PlayerView = lazy(() => import('./basketball/player').then((m) => m.PlayerView));
const TeamView = lazy(() => import('./basketball/team').then((m) => m.TeamView));
const GameView = lazy(() => import('./basketball/game').then((m) => m.GameView));

const NotFound = () => <Nowhere title="Nothing here">There is no page at this address. <a href="/season">Season</a></Nowhere>;

function Title() {
  const { path } = useLocation();
  useEffect(() => {
    const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
    document.title = `${parts.join(' ') || 'season'} · Backcourt`;
  }, [path]);
  return null;
}

function Page() {
  return (
    <LocationProvider>
      <Title />
      <Frame>
        <Router>
          <Route path="/" component={SeasonView} />
          <Route path="/season" component={SeasonView} />
          <Route path="/cell/:table/:date" component={CellView} />
          <Route path="/value/:table/:date" component={ValueView} />
          <Route path="/table/:table" component={TableView} />
          <Route path="/dictionary" component={DictionaryView} />
          <Route path="/graph" component={GraphView} />
          <Route path="/runs" component={RunsView} />
          <Route path="/runs/:run" component={RunView} />
          <Route path="/check" component={CheckView} />
          <Route path="/files" component={FilesView} />
          <Route path="/query" component={QueryView} />
          <Route path="/player/:player" component={PlayerView} />
          <Route path="/team/:team" component={TeamView} />
          <Route path="/game/:game" component={GameView} />
          <Route default component={NotFound} />
        </Router>
      </Frame>
    </LocationProvider>
  );
}

start();
render(<Page />, document.body);
