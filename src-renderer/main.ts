import './zod-without-eval.ts';
import './design/tokens.css';
import './design/base.css';
import './design/conditions.css';
import { mount } from 'svelte';
import { ApiClient } from '../src-shared/client/api-client.ts';
import App from './App.svelte';
import { Dashboard } from './state/dashboard.svelte.ts';
import { pageFetch } from './state/page-fetch.ts';

const target = document.querySelector('#app');
if (!target) throw new Error('index.html has no element #app');

target.replaceChildren();
// The browser adds the cookie of the session; no script ever holds a token.
const dashboard: Dashboard = new Dashboard(
  new ApiClient({ url: location.origin, fetch: pageFetch(() => dashboard.signedOut()) }),
);
mount(App, { target, props: { dashboard } });
