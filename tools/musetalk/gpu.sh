#!/bin/bash
# Everything of the MuseTalk worker that only a GPU can show, in less than eight minutes and without a network:
#
#     tools/musetalk/gpu.sh [--wheels DIR] [--python PYTHON] [FOLDER]
#
# The tests of the models on the GPU, pings of a worker under full load, the bench with random weights of the true sizes
# for 1 to 32 callers, thousands of batches, and every option by itself. What they print and find goes into FOLDER, $OUT,
# or var/gpu. PYTHON has torch for CUDA; --wheels is a folder of wheels of what else it may lack (diffusers, safetensors,
# opencv-python-headless, numpy, pytest and what they need; `pip download` fills it where there is a network). Ends with 1
# if a step failed; the others are done all the same.
set -u
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
wheels=
folder=${OUT:-var/gpu}
while [ $# -gt 0 ]; do
  case $1 in
    --wheels) wheels=$(realpath "$2"); shift 2 ;;
    --python) python=$2; shift 2 ;;
    -*) sed -n '2,11p' "$0"; exit 2 ;;
    *) folder=$1; shift ;;
  esac
done
mkdir -p "$folder"
folder=$(realpath "$folder")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# A name, the most seconds it may take, and the command. Its words go to the terminal and into the folder.
step() {
  local name=$1 most=$2 began=$SECONDS
  shift 2
  echo "== $name"
  timeout --kill-after=5 "$most" "$@" 2>&1 | tee "$folder/$name.txt"
  local code=${PIPESTATUS[0]}
  echo "== $name: $((SECONDS - began)) s, exit code $code" | tee -a "$folder/steps.txt"
  [ "$code" -eq 0 ] || failed=1
}

if [ -n "$wheels" ]; then
  # torch itself stays the one that is there: it fits the driver.
  "$python" -m pip install --quiet --no-index --no-deps --target "$work/site" "$wheels"/*.whl || exit 1
  # Behind what is there: of two numpys the one that torch was built with is taken.
  python_path=python:$("$python" -c 'import site; print(":".join(site.getsitepackages()))'):$work/site
fi
export PYTHONPATH=${python_path:-python} PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1
: > "$folder/steps.txt"
"$python" -c 'import torch; assert torch.cuda.is_available(), "torch sees no GPU here"; print(torch.__version__, torch.cuda.get_device_name())' \
  2>&1 | tee "$folder/machine.txt"
[ "${PIPESTATUS[0]}" -eq 0 ] || exit 1

bench=("$python" -m parley_workers.musetalk bench --device cuda --models "$work/models")
step weights 60 "$python" -m parley_workers.musetalk.random_models "$work/models"
step bench 140 "${bench[@]}" --callers 1,2,4,8,16,20,24,32 --seconds 6 --json "$folder/bench.json"
step pings 50 "$python" test/torch/pings.py "$work/models" --device cuda --replies 16
step tests 80 "$python" -m pytest -q -s -p no:cacheprovider -k cuda test/torch/test_device.py
step soak 75 "${bench[@]}" --callers "" --soak 10000 --soak-seconds 50 --json "$folder/soak.json"
# Whatever is left of eight minutes.
left=$((470 - SECONDS))
step compare "$left" "${bench[@]}" --callers "" --compare --compare-seconds $((left - 25)) --json "$folder/compare.json"
exit "$failed"
