/** What the simulated account has: voices, models and a subscription, in the words of the wire. */

export interface VendorVoice {
  readonly id: string;
  readonly name: string;
  /** None of the three is known of a voice that was made of recordings. */
  readonly gender?: 'female' | 'male';
  readonly age?: 'young' | 'middle_aged';
  readonly accent?: 'american' | 'british' | 'scottish';
  readonly description: string;
  /** The voice of the embedded synthesiser that lends it its sound. */
  readonly speaker: string;
  /** It was made of recordings. */
  readonly isCloned?: boolean;
}

const voice = (
  id: string,
  name: string,
  gender: 'female' | 'male',
  age: 'young' | 'middle_aged',
  accent: 'american' | 'british' | 'scottish',
  description: string,
  speaker: string,
): VendorVoice => ({ id, name, gender, age, accent, description, speaker });

/** Ids and names that every account of the vendor knows, so that settings written for it work here as they are. */
export const vendorVoices: readonly VendorVoice[] = [
  voice('21m00Tcm4TlvDq8ikWAM', 'Rachel', 'female', 'young', 'american', 'calm', 'ada'),
  voice('pNInz6obpgDQGcFmaJgB', 'Adam', 'male', 'middle_aged', 'american', 'deep', 'ben'),
  voice('Xb7hH8MSUJpSbSDYk0k2', 'Alice', 'female', 'middle_aged', 'british', 'confident', 'clara'),
  voice('onwK4e9ZLuTAKqWW03F9', 'Daniel', 'male', 'middle_aged', 'british', 'formal', 'daniel'),
  voice('EXAVITQu4vr4xnSDxMaL', 'Sarah', 'female', 'young', 'american', 'soft', 'iris'),
  voice('JBFqnCBsd6RMkjVDRZzb', 'George', 'male', 'middle_aged', 'scottish', 'warm', 'fergus'),
];

export interface VendorModel {
  readonly id: string;
  readonly name: string;
  /** Characters that one request may have. */
  readonly longest: number;
}

export const vendorModels: readonly VendorModel[] = [
  { id: 'eleven_flash_v2_5', name: 'Eleven Flash v2.5', longest: 40_000 },
  { id: 'eleven_flash_v2', name: 'Eleven Flash v2', longest: 30_000 },
  { id: 'eleven_turbo_v2_5', name: 'Eleven Turbo v2.5', longest: 40_000 },
  { id: 'eleven_multilingual_v2', name: 'Eleven Multilingual v2', longest: 10_000 },
];

/** What a request speaks with that names no model. */
export const DEFAULT_MODEL = 'eleven_multilingual_v2';

export const voicesAnswer = (voices: readonly VendorVoice[]) => ({ voices: voices.map(voiceAnswer) });

const voiceAnswer = ({ id, name, gender, age, accent, description, isCloned = false }: VendorVoice) => ({
  voice_id: id,
  name,
  samples: null,
  category: isCloned ? 'cloned' : 'premade',
  fine_tuning: { is_allowed_to_fine_tune: false, state: {}, language: null },
  labels: isCloned ? {} : { accent, description, age, gender, use_case: 'conversational', language: 'en' },
  description: isCloned ? description : null,
  preview_url: null,
  available_for_tiers: [],
  settings: { stability: 0.5, similarity_boost: 0.75, style: 0, use_speaker_boost: true, speed: 1 },
  sharing: null,
  high_quality_base_model_ids: vendorModels.map((model) => model.id),
  safety_control: null,
  permission_on_resource: null,
  is_owner: isCloned,
  is_legacy: false,
  is_mixed: false,
});

export const modelsAnswer = (models: readonly VendorModel[]) =>
  models.map(({ id, name, longest }) => ({
    model_id: id,
    name,
    can_be_finetuned: false,
    can_do_text_to_speech: true,
    can_do_voice_conversion: false,
    can_use_style: id === DEFAULT_MODEL,
    can_use_speaker_boost: id === DEFAULT_MODEL,
    serves_pro_voices: false,
    token_cost_factor: 1,
    description: `${name}, simulated`,
    requires_alpha_access: false,
    max_characters_request_free_user: 2500,
    max_characters_request_subscribed_user: longest,
    maximum_text_length_per_request: longest,
    languages: [{ language_id: 'en', name: 'English' }],
    model_rates: { character_cost_multiplier: 1 },
    concurrency_group: 'standard',
  }));

export const userAnswer = () => ({
  user_id: 'simulated_user',
  workspace_id: 'simulated_workspace',
  subscription: {
    tier: 'creator',
    character_count: 0,
    character_limit: 100_000,
    max_credit_limit_extension: 'unlimited',
    can_extend_character_limit: true,
    allowed_to_extend_character_limit: true,
    voice_slots_used: 0,
    professional_voice_slots_used: 0,
    professional_voice_slots_used_in_workspace: 0,
    voice_limit: 30,
    voice_add_edit_counter: 0,
    professional_voice_limit: 1,
    can_extend_voice_limit: true,
    can_use_instant_voice_cloning: true,
    can_use_professional_voice_cloning: true,
    current_overage: { amount: '0', currency: 'usd' },
    status: 'active',
  },
  is_new_user: false,
  can_use_delayed_payment_methods: false,
  is_onboarding_completed: true,
  is_onboarding_checklist_completed: true,
  created_at: 1_700_000_000,
  seat_type: 'workspace_member',
});
