/** What the encodings need to know about Argo CD, Flux and Terraform. */
import * as z from 'zod'

export const deliverySchema = z.looseObject({}).describe('What the encodings need to know about Argo CD, Flux and Terraform.')
