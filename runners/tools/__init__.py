"""The tools half: supervised processes, and what helmfile, helm and flux are asked and answer."""
