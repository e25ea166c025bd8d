/** What a model is told while the relay is paused. */
export const pausedInWords =
  'the bridge is paused by its owner. It stores what is sent and hands nothing out until it is resumed; nothing is ' +
  'lost. Do not ask again and again: say so to your user, or try again in some minutes with the same arguments.';
