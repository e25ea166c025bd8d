/**
 * The browser's `fetch`, which tells when the relay does not know this browser any longer, whatever was asked: a page that is
 * signed out asks nothing more. A token that is tried says nothing about that.
 */
export function pageFetch(onSignedOut: () => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.status === 401 && !new Headers(init?.headers).has('Authorization')) onSignedOut();
    return response;
  };
}
