resource "aws_route53_zone" "public" {
  name = "meadow.example"
}

resource "aws_route53_record" "www" {
  zone_id = aws_route53_zone.public.zone_id
  name    = "www.meadow.example"
  type    = "A"
  ttl     = 300
  records = ["203.0.113.10"]
}

resource "aws_s3_bucket" "site" {
  bucket = "www.meadow.example"
}

resource "aws_sns_topic" "expiry" {
  name = "certificate-expiry"
}
