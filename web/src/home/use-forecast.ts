import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { NewTask } from '../../../client/index.ts';
import { api } from '../shell/api.ts';

/** Typing pauses this long before a forecast is asked for. */
const pauseMs = 600;

/** What the goal is going to cost, once the person stops typing; the last one stays while the next is on its way. */
export function useForecast(task: NewTask) {
  const asked = useSettled(JSON.stringify(task), pauseMs);
  const { goal } = JSON.parse(asked) as NewTask;
  return useQuery({
    queryKey: ['forecast', asked],
    queryFn: () => api.tasks.forecast(JSON.parse(asked) as NewTask),
    enabled: goal.trim() !== '',
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
}

function useSettled(value: string, ms: number): string {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
