import { hideFetch } from './fetchGlobals';

hideFetch();
