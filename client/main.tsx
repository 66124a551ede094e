// The entry of the dashboard.
import './theme.css';
import './components/parts.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { INTERRUPTED } from './lending.ts';
import { takeTokenFromAddress } from './token.ts';

takeTokenFromAddress();
render(<App />, document.getElementById('app') as HTMLElement);
if (sessionStorage.getItem(INTERRUPTED)) void import('./pages/join/session.ts').then(({ goOn }) => goOn());
