# Request: A GCP network with one subnet 10.20.0.0/24 and a small Debian machine in it; SSH only from 203.0.113.0/24.

provider "google" {
  project = "acme-lab"
  region  = "europe-west1"
  zone    = "europe-west1-b"
}

resource "google_compute_network" "lab" {
  name                    = "lab"
  auto_create_subnetworks = false
}

resource "google_compute_subnetwork" "lab" {
  name          = "lab"
  network       = google_compute_network.lab.id
  ip_cidr_range = "10.20.0.0/24"
}

resource "google_compute_firewall" "ssh" {
  name          = "lab-ssh"
  network       = google_compute_network.lab.id
  source_ranges = ["203.0.113.0/24"]
  target_tags   = ["ssh"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_instance" "lab" {
  name         = "lab"
  machine_type = "e2-small"
  tags         = ["ssh"]

  boot_disk {
    initialize_params {
      image = "debian-cloud/debian-12"
    }
  }

  network_interface {
    subnetwork = google_compute_subnetwork.lab.id
  }
}
