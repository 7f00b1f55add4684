#!/bin/bash
# A nightly pipeline on Slurm: train on with what has come in, then score what waits to be scored with the model in production, on
# many nodes, then put the results together. Each step begins when the one before has ended well.
#
#   nightly.sh JOB INCOMING OUTPUT [SHARDS]
#
# To be called by cron or scrontab, such as: 0 22 * * * /opt/nominal/nightly.sh /srv/nominal/nightly.json /data/waiting /data/scored 16
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: nightly.sh JOB INCOMING OUTPUT [SHARDS]" >&2; exit 64; }
job=$1 incoming=$2 output=$3/$(date +%Y-%m-%d) shards=${4:-16}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
store=${NOMINAL_STORE:?set it to the folder of the store that all nodes see}
model=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["retrain"]["model"])' "$job")
mkdir -p "$output"

# 10: the model in production was kept, which is no failure.
train=$(sbatch --parsable --job-name=nominal-retrain --cpus-per-task=8 --output="$output/retrain.log" \
  --wrap "nominal retrain '$job' --store '$store' --lock-timeout 3600 || [ \$? = 10 ]")
# The model is copied out once, so that no element needs the store, and all score with the same one.
model_file=$output/model.nominal
copy=$(sbatch --parsable --job-name=nominal-model --dependency="afterok:$train" --output="$output/model.log" \
  --wrap "nominal models save '$model@production' '$model_file' --store '$store'")
score=$(sbatch --parsable --array="1-$shards" --dependency="afterok:$copy" --output="$output/score-%a.log" \
  "$here/score-array.sbatch" "$model_file" "$incoming" "$output" "$shards")
sbatch --parsable --job-name=nominal-merge --dependency="afterok:$score" --output="$output/merge.log" \
  --wrap "nominal score --merge '$output'"
