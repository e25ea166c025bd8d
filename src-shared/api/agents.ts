/** `GET /api/agents`. */
export interface AgentsResponse {
  agents: AgentBody[];
}

export interface AgentBody {
  name: string;
  principal: string;
  client: { name: string; version: string } | null;
  transport: string;
  address: string | null;
  first_seen: string;
  last_seen: string;
  waiting: string[];
  streaming: string[];
  unread: number;
  stuck: boolean;
}
