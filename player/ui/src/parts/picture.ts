// A photo or thumbnail, fetched so that a refusal comes with its reason: an <img> that fails does not tell.

import { useEffect, useState } from "preact/hooks";
import { api, type ApiError } from "../api/client";

export interface Picture {
  src: string | null;
  error: ApiError | null;
}

const NONE: Picture = { src: null, error: null };

/** The picture behind an address of the API, asked for once; null asks for nothing. */
export function usePicture(url: string | null): Picture {
  const [picture, setPicture] = useState<Picture>(NONE);
  useEffect(() => {
    setPicture(NONE);
    if (url === null) return;
    let src: string | null = null;
    let left = false;
    void api.picture(url).then((answer) => {
      if (left) return;
      if (answer.ok) src = URL.createObjectURL(answer.value);
      setPicture(answer.ok ? { src, error: null } : { src: null, error: answer.error });
    });
    return () => {
      left = true;
      if (src) URL.revokeObjectURL(src);
    };
  }, [url]);
  return picture;
}
