"""Lists as files for an office program: workbooks and comma-separated text, in constant memory."""
