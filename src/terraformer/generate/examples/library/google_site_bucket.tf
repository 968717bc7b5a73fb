# Request: On Google Cloud, a bucket "acme-media-files" in the EU with uniform access, versioning, and old versions deleted after 30 days.

terraform {
  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

provider "google" {
  project = "acme-media"
  region  = "europe-west1"
}

resource "google_storage_bucket" "media" {
  name                        = "acme-media-files"
  location                    = "EU"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    condition {
      days_since_noncurrent_time = 30
    }

    action {
      type = "Delete"
    }
  }
}
