"""Looking at cases without touching them: what a page, a print or an auditor needs to see of one."""
