/** The popup: look at yourself before anybody else does, choose, and switch a site on or off. */
import { render } from 'preact';
import { start } from './state.ts';
import { Popup } from './Popup.tsx';

render(<Popup />, document.body);
void start();
