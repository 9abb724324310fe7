// The behaviours of the pages before one is let in.
import "steady/passkeys";

document.documentElement.dataset.ready = "";
