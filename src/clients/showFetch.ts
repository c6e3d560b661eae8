import { showFetch } from './fetchGlobals';

showFetch();
