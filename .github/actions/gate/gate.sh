#!/usr/bin/env bash
# Runs `evaluate --fail-on-breach` by the variables that action.yml sets, and says in GITHUB_OUTPUT how it ended. Ends with 0 itself: the action
# attaches the report before it fails.
set -uo pipefail
tag=

# A path or a pattern a line; a name may hold spaces.
IFS=$'\n'
# shellcheck disable=SC2206
production=($PRODUCTION) labels=($LABELS)
unset IFS

mkdir -p "$REPORT"
arguments=(evaluate -c "$CONFIG" --every "$EVERY" --fail-on-breach --json "$REPORT/report.json" --html "$REPORT/report.html")
[ -z "$MODEL" ] || arguments+=(--model "$MODEL")
[ ${#production[@]} -eq 0 ] || arguments+=(--production "${production[@]}")
[ ${#labels[@]} -eq 0 ] || arguments+=(--labels "${labels[@]}")

if [ -n "$COMMAND" ]; then
  # Words, as in a shell: `dotnet modelmonitor.dll`.
  read -ra program <<<"$COMMAND"
elif [ -n "$IMAGE" ] && [ -n "$VERSION$REF" ]; then
  # A release tags its image with its version and with its commit: what the action is pinned by names the image too. A branch moves, an image does not.
  if [ -n "$VERSION" ]; then
    tag=${VERSION#v}
  elif [[ "$REF" =~ ^[0-9a-f]{40}$ ]]; then
    tag=$REF
  elif [[ "$REF" =~ ^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]]; then
    tag=${REF#v}
  fi
  if [ -n "$tag" ]; then
    # The workspace at its own path, so that paths mean the same inside; files belong to who runs the job.
    program=(docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:$PWD" --workdir "$PWD" --env HOME=/tmp "${IMAGE,,}:$tag")
  else
    echo "::error::gate: the action is used by $REF, which is neither a release's commit (40 digits) nor its tag (such as v1.2.3); say which image evaluates with version:, such as version: 1.2.3"
    program=(false)
  fi
else
  echo "::error::gate: neither command nor image and version are known; an action that is used from the checkout needs one of them"
  program=(false)
fi

"${program[@]}" "${arguments[@]}" | tee "$REPORT/report.txt"
code=${PIPESTATUS[0]}
# The engine's own code. Its message is above and names the image, but not why there may be none.
if [ "$code" = 125 ] && [ -n "$tag" ]; then
  echo "::error::gate: docker could not run ${IMAGE,,}:$tag; only releases have an image: use the action by a release's commit or tag, or say version:"
fi

case $code in
  0) breach=false ;;
  3) breach=true ;;
  *) breach= ;;
esac
{
  echo "exit-code=$code"
  echo "breach=$breach"
  echo "report=$REPORT/report.html"
  echo "json=$REPORT/report.json"
} >>"$GITHUB_OUTPUT"

if [ -n "$breach" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  {
    if [ "$breach" = true ]; then echo "### Model Monitor: a rule would have fired"; else echo "### Model Monitor: no rule would have fired"; fi
    echo '```'
    cat "$REPORT/report.txt"
    echo '```'
  } >>"$GITHUB_STEP_SUMMARY"
fi
