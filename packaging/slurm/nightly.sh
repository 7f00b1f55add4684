#!/bin/bash
# Nightly pipeline on Slurm: retrain on new images, score waiting images with the production model on many nodes, merge the results.
# Each step starts when the previous one has succeeded.
#
#   nightly.sh JOB INCOMING OUTPUT [SHARDS]
#
# For cron or scrontab: 0 22 * * * /opt/nominal/nightly.sh /srv/nominal/nightly.json /data/waiting /data/scored 16
set -euo pipefail
[ $# -ge 3 ] || { echo "usage: nightly.sh JOB INCOMING OUTPUT [SHARDS]" >&2; exit 64; }
job=$1 incoming=$2 output=$3/$(date +%Y-%m-%d) shards=${4:-16}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
store=${NOMINAL_STORE:?set it to the folder of the store that all nodes see}
model=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["retrain"]["model"])' "$job")
mkdir -p "$output"

# Exit code 10 is a success: the production model was kept.
train=$(sbatch --parsable --job-name=nominal-retrain --cpus-per-task=8 --output="$output/retrain.log" \
  --wrap "nominal retrain '$job' --store '$store' --lock-timeout 3600 || [ \$? = 10 ]")
# Copy the model once: all elements score with the same one and need no store.
model_file=$output/model.nominal
copy=$(sbatch --parsable --job-name=nominal-model --dependency="afterok:$train" --output="$output/model.log" \
  --wrap "nominal models save '$model@production' '$model_file' --store '$store'")
score=$(sbatch --parsable --array="1-$shards" --dependency="afterok:$copy" --output="$output/score-%a.log" \
  "$here/score-array.sbatch" "$model_file" "$incoming" "$output" "$shards")
sbatch --parsable --job-name=nominal-merge --dependency="afterok:$score" --output="$output/merge.log" \
  --wrap "nominal score --merge '$output'"
