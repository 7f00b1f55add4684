"""A Slurm cluster of several nodes on one machine, for tests: no systemd, no cgroups, no accounting database.

Needs the packages slurm-wlm and munge. Everything is in one folder; daemons are stopped by the numbers in their own files.
"""
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo", "scontrol"]
SYSTEM_PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"

CONFIGURATION = """\
ClusterName=nominal
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/pid/slurmctld
SlurmdPidFile={folder}/pid/slurmd.%n
SlurmctldLogFile={folder}/log/slurmctld
SlurmdLogFile={folder}/log/slurmd.%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SwitchType=switch/none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerType=sched/builtin
SchedulerParameters=sched_min_interval=1,batch_sched_delay=0,sched_interval=1
MaxArraySize=20001
MaxJobCount=50000
SlurmctldTimeout=10
SlurmdTimeout=6
MessageTimeout=3
TCPTimeout=2
BatchStartTimeout=10
KillWait=3
UnkillableStepTimeout=20
InactiveLimit=0
MinJobAge=300
ReturnToService=2
AccountingStorageType=accounting_storage/none
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{first}-{last}] CPUs={cpus} RealMemory=4000 State=UNKNOWN
PartitionName=batch Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


# What tells when and where a run took place.
TIMES = ("timing.html", "timing.json", "lineage.html")


def exported_digests(output):
    """Of every exported file but those."""
    return {
        str(file.relative_to(output)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(Path(output).rglob("*")) if file.is_file() and file.name not in TIMES
    }


def missing_programs():
    return [name for name in PROGRAMS if not shutil.which(name, path=SYSTEM_PATH)]


class Cluster:
    def __init__(self, folder, nodes=3, cpus=2):
        self.folder, self.nodes = Path(folder), nodes
        for name in ["state", "spool", "log", "pid", "munge"]:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        os.chmod(self.folder / "munge", 0o700)
        key = self.folder / "munge" / "key"
        key.write_bytes(os.urandom(128))
        os.chmod(key, 0o400)
        port = 20000 + (os.getpid() * 7) % 20000
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        self.configuration = self.folder / "slurm.conf"
        self.configuration.write_text(
            CONFIGURATION.format(
                host=socket.gethostname().split(".")[0], port=port, user=user, folder=self.folder, nodes=nodes,
                first=port + 1, last=port + nodes, cpus=cpus))
        self.environment = dict(os.environ, SLURM_CONF=str(self.configuration), PATH=SYSTEM_PATH)

    def call(self, *words, check=True, timeout=30):
        return subprocess.run(
            words, env=self.environment, capture_output=True, text=True, check=check, timeout=timeout).stdout

    def start(self):
        munge = self.folder / "munge"
        self.call(
            "munged", "--force", f"--key-file={munge}/key", f"--socket={munge}/socket",
            f"--pid-file={self.folder}/pid/munged", f"--log-file={self.folder}/log/munged", f"--seed-file={munge}/seed")
        self.start_controller()
        for node in range(1, self.nodes + 1):
            self.start_node(f"n{node}")
        self.wait_until_idle()

    def wait_until_idle(self):
        self.wait(lambda: len(set(self.call("sinfo", "-h", "-N", "-t", "idle", "-o", "%N", check=False).split())) == self.nodes)

    def start_controller(self):
        self.call("slurmctld", "-f", str(self.configuration))

    def start_node(self, name, within=()):
        """`within`: words before the command."""
        (self.folder / "spool" / name).mkdir(exist_ok=True)
        self.call(*within, "slurmd", "-f", str(self.configuration), "-N", name)

    def stop_node(self, name):
        self.end(self.process(f"slurmd.{name}"))

    def reconfigure(self, *changes):
        """Replaces words of the configuration, old, new, old, new, and starts the controller anew."""
        text = self.configuration.read_text()
        for old, new in zip(changes[::2], changes[1::2]):
            text = text.replace(old, new)
        self.configuration.write_text(text)
        self.end(self.process("slurmctld"))
        self.start_controller()
        self.wait_until_idle()

    def process(self, daemon):
        """The number of a daemon: slurmctld or slurmd.NODE."""
        return int((self.folder / "pid" / daemon).read_text())

    def kill(self, daemon):
        os.kill(self.process(daemon), signal.SIGKILL)
        (self.folder / "pid" / daemon).unlink()

    def steps(self):
        """The processes that look after batch jobs."""
        return [process for process in self.processes("slurmstepd") if ".batch" in self.command(process)]

    @staticmethod
    def command(process):
        try:
            return Path("/proc", str(process), "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""

    def processes(self, *words):
        """Of this cluster, those with these words in their command, by number."""
        found = []
        for entry in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
            try:
                environment = Path("/proc", entry, "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(self.folder) in environment and all(word in self.command(entry) for word in words):
                found.append(int(entry))
        return found

    def jobs(self):
        return self.call("squeue", "-h", "-r", "-o", "%k %T", check=False).splitlines()

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.1)
        raise TimeoutError(f"not within {seconds} s; {self.call('sinfo', '-N', check=False)}")

    @staticmethod
    def signal(process, number):
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass

    def stop(self):
        try:
            self.call("scancel", f"--user={os.getuid()}", check=False, timeout=10)
            self.wait(lambda: not self.jobs(), 10)
        except (subprocess.TimeoutExpired, TimeoutError):
            pass
        files = sorted((self.folder / "pid").iterdir(), key=lambda file: file.name.startswith("munge"))
        for file in files:
            try:
                process = int(file.read_text())
                name = Path(f"/proc/{process}/comm").read_text().strip()
            except (OSError, ValueError):
                continue
            if name.startswith(("slurm", "munge")):
                self.end(process)

    def end(self, process):
        self.signal(process, signal.SIGTERM)
        for _ in range(100):
            if not Path(f"/proc/{process}").exists():
                return
            time.sleep(0.05)
        self.signal(process, signal.SIGKILL)
