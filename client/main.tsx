// The entry of the dashboard.
import './theme.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { takeTokenFromAddress } from './token.ts';

takeTokenFromAddress();
render(<App />, document.getElementById('app') as HTMLElement);
