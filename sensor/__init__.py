"""WAITS: filters, conditions, joins; decides that a trigger is due."""
