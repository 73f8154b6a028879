"""Jobs: queries that run on their own, and are found again after a restart (UWS 1.1)."""

from dfs.vo.tap.jobs.job import FINAL, WAITED_FOR, Job, JobResult, Phase
from dfs.vo.tap.jobs.service import Jobs

__all__ = ["FINAL", "WAITED_FOR", "Job", "JobResult", "Jobs", "Phase"]
