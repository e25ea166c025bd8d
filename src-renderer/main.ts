import './design/tokens.css';
import './design/base.css';
import { mount } from 'svelte';
import { HttpApiClient } from './api-client.ts';
import App from './App.svelte';
import { RelayState } from './state/relay-state.svelte.ts';

const target = document.querySelector('#app');
if (!target) throw new Error('index.html has no element #app');

const origin = location.origin;
target.replaceChildren();
mount(App, { target, props: { origin, relay: new RelayState(new HttpApiClient(origin)) } });
