"""What Leadrelay tells Prometheus, and the dashboards of Grafana that show it."""
